// Sizes of memory in steps of 1024, as operators and the kernel count them.

export const KIB = 2 ** 10;
export const MIB = 2 ** 20;
export const GIB = 2 ** 30;
