// What a load tool reports, and what a program did in one turn of load: as the wire has it.
export type { LoadReport, LoadTurn } from '../../signals/turn/wire.ts';
