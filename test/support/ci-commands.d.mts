export function exampleCommands(): string[];
