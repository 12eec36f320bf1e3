// Moments of the wall clock, as people read them.

/** Of RFC 3339: "2027-01-31 12:00:00 UTC". */
export const timeText = (at: string) => at.replace('T', ' ').replace(/\.\d+Z$/, ' UTC');
