export function readmeCommands(): string[];
