// What is written in C++, of V8 or of Node: it closes over nothing of the program, and its instances hold no queue of one.

/** Its text, which the language defines; a function of the program is not called for it. */
export const sourceOf = (fn: object): string => Function.prototype.toString.call(fn);

export const isNative = (fn: object): boolean => sourceOf(fn).endsWith('{ [native code] }');
