// Where the time or the memory of a profile went. Its shape is the published contract: wire/report.
export type { ProgramKind } from '../wire/report/names.ts';
export type {
  ProfileHead,
  ProfileRow,
  ProfileTables,
  ReportContents,
} from '../wire/report/profile-tables.ts';
