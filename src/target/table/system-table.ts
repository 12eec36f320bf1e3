// The table of the system that culprit runs on.
import { linuxTable } from './linux.ts';
import { macosTable } from './macos.ts';
import type { ProcessTable } from './process-table.ts';
import { unknownTable } from './unknown.ts';
import { windowsTable } from './windows.ts';

const LINUX = linuxTable();

/** A table of this moment. */
export function processTable(platform: NodeJS.Platform = process.platform): ProcessTable {
  switch (platform) {
    case 'linux':
    case 'android':
      return LINUX;
    case 'darwin':
      return macosTable();
    case 'win32':
      return windowsTable();
    default:
      return unknownTable(platform);
  }
}
