// How tools are given a recording: by its handle, or by the path of a file that may be read.
import * as v from 'valibot';

export const recordingWord = v.pipe(
  v.string(),
  v.minLength(1),
  v.maxLength(1_000),
  v.description('Handle of a recording (rec_…), or the path of one that `culprit record` wrote.'),
);

export const pathWord = v.pipe(v.string(), v.minLength(1), v.maxLength(1_000));
