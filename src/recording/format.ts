// The name and version of the recording format, and the names of the files in one.

export const RECORDING_FORMAT = 'culprit-recording';
export const RECORDING_VERSION = 1;

/**
 * A stream cannot say beforehand how long a file becomes: it brings long files in pieces, `NAME.part-0000` and so on,
 * which are one file again once they have arrived.
 */
export const partName = (name: string, part: number): string =>
  `${name}.part-${String(part).padStart(4, '0')}`;

/** The name that a piece is part of; undefined for a whole file. */
export const wholeName = (name: string): string | undefined => /^(.+)\.part-\d{4,}$/.exec(name)?.[1];

/** Source maps that came along with a stream: their place by script URL. */
export const MAPS_FILE = 'maps.json';

/** A line of it: where the map of a script was, and the file of the recording that has it. */
export interface MapEntry {
  url: string;
  location: string;
  /** The project that the script belongs to: sources may be named relative to it. */
  project: string | null;
  file: string;
}
