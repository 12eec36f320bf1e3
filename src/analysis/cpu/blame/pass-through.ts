// Code whose work is to call other code: functions that walk, map and dispatch, and packages of such functions or of plain
// containers. Whoever called them decides what is done, and how much of it.
import type { Frame } from '../../../model/frame.ts';

const CALLS_OTHERS =
  /^(visit\w*|walk|traverse|iterate|each|eachSeries|forEach|map|mapSeries|flatMap|filter|reduce|some|every|call|apply|invoke|run|next|step|enter|leave|dispatch|emit|handle|wrap(per|ped)?|bound|once)$/i;
/** They keep what their callers give them, or pass it on. */
const PACKAGES =
  /^(lodash|lodash-es|lodash\.[\w.]+|underscore|ramda|async|bluebird|q|once|wrappy|dezalgo|tslib|core-js|core-js-pure|regenerator-runtime|@babel\/runtime|@swc\/helpers|graceful-fs|fs-extra|mkdirp|debug|eventemitter3|events|p-(queue|limit|map|retry|timeout)|promise-\w+|lru-cache|quick-lru|tiny-lru|flru|map-cache|yallist|denque|fast-?fifo|fastq|reusify|memoizee|fast-memoize|iconv-lite|safe-buffer|readable-stream|through2|pump|end-of-stream|on-finished|depd)(@|$)/;

export function isPassThrough({ functionName, package: name }: Frame): boolean {
  return CALLS_OTHERS.test(functionName.split('.').at(-1)!) || (name !== null && PACKAGES.test(name));
}

/** Of library frames, innermost first, the first that is no helper; the innermost where all are; undefined of none. */
export function innermostOwner(frames: readonly Frame[]): Frame | undefined {
  const own = frames.filter(({ owner }) => owner === 'library');
  return own.find((frame) => !isPassThrough(frame)) ?? own[0];
}
