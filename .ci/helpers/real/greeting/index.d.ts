/** A greeting for a person. */
export function greet(name: string): string;
