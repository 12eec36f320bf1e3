// A warning as a report has it: its code, for programs, and its sentence, for people.
import * as v from 'valibot';
import { WARNING_CODES } from '../warning.ts';
import { text } from './scalars.ts';

export const reportWarning = v.object({ code: v.picklist(WARNING_CODES), message: text });
export type ReportWarning = v.InferOutput<typeof reportWarning>;
