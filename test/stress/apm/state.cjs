// What is on inside this process: counts of async hooks, and profilers. Runs with --expose-internals.
'use strict';
const inspector = require('node:inspector');
const { internalBinding } = require('internal/test/binding');

const { constants, async_hook_fields } = internalBinding('async_wrap');
const { kInit, kBefore, kAfter, kDestroy, kPromiseResolve } = constants;

exports.answerState = (response) => {
  const hooks = [kInit, kBefore, kAfter, kDestroy, kPromiseResolve].map((at) => async_hook_fields[at]);
  response.end(
    JSON.stringify({ hooks, isHeapSampled: isHeapSampled(), inspectorUrl: inspector.url() ?? null }),
  );
};

function isHeapSampled() {
  const session = new inspector.Session();
  let isOn = false;
  session.connect();
  session.post('HeapProfiler.getSamplingProfile', (error) => {
    isOn = !error;
  });
  session.disconnect();
  return isOn;
}
