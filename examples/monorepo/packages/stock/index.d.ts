export interface Item {
  name: string;
  left: number;
}

/** What can be bought. */
export function inStock(): Item[];
