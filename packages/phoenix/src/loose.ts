// The one place where values have no type: what travels through npm phoenix has none, and programs
// written against @types/phoenix say themselves what they take it for.

// oxlint-disable-next-line typescript/no-explicit-any -- as @types/phoenix has it: code that names the types of its payloads must compile
export type Loose = any;
