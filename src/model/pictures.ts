// What the pictures of an HTML report are drawn of. Its shape is the published contract: wire/report/pictures.ts.
export { type GrowthKind, PICTURE_BOUNDS, type SeriesName } from '../wire/report/names.ts';
export type {
  FlameFrame,
  FlamePicture,
  GrowthPicture,
  PackageTime,
  PicturePlace,
  Pictures,
  PoolPicture,
  Series,
  SourceLine,
  Timeline,
  UsedLimit,
} from '../wire/report/pictures.ts';
