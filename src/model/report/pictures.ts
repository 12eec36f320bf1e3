// What the pictures of an HTML report are drawn of. Its shape is the published contract: wire/report/pictures.
export { type GrowthKind, PICTURE_BOUNDS, type SeriesName } from '../../wire/report/names.ts';
export type { FlameFrame, FlamePicture, PackageTime } from '../../wire/report/pictures/flame.ts';
export type { GrowthPicture, PoolPicture } from '../../wire/report/pictures/growth.ts';
export type { PicturePlace } from '../../wire/report/pictures/parts.ts';
export type { Pictures, SourceLine, UsedLimit } from '../../wire/report/pictures/pictures.ts';
export type { Series, Timeline } from '../../wire/report/pictures/timeline.ts';
