#!/usr/bin/env node
import '../dist/culprit.js';
