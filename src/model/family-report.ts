// Several processes looked at side by side. Its shape is a contract: wire/report.
export type { FamilyCause, FamilyMember, FamilyReport } from '../wire/report/family-report.ts';
