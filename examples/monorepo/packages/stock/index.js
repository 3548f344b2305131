const items = [
  { name: "bread", left: 12 },
  { name: "batteries", left: 40 },
  { name: "milk", left: 0 },
];

export function inStock() {
  return items.filter((item) => item.left > 0);
}
