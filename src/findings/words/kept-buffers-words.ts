// Defects of releases of Node.js that keep the bytes of buffers for ever.

/** By the files of Node that what stays was made in; null where nothing is known of this version ("v24.17.0"). */
export function keptBuffersNote(files: readonly string[], nodeVersion: string | null): string | null {
  if (!files.includes('node:internal/blob') || !keepsStreamedBlobs(nodeVersion)) return null;
  return 'Node.js 24.16 to 24.18 keep the bytes of each Blob whose stream() was read, for ever; fetch() with a Blob or a form that has one reads it. Update Node.js, or send a Buffer or a stream instead of a Blob.';
}

function keepsStreamedBlobs(nodeVersion: string | null): boolean {
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(nodeVersion ?? '') ?? [];
  return Number(major) === 24 && Number(minor) >= 16 && Number(minor) <= 18;
}
