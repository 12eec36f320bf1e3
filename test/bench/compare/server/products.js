const words = [
  'red',
  'blue',
  'oak',
  'steel',
  'small',
  'large',
  'garden',
  'kitchen',
  'lamp',
  'chair',
  'table',
  'shelf',
];

export const products = Array.from({ length: 300 }, (_, i) => ({
  id: i,
  name: `${words[i % 12]} ${words[(i * 7 + 3) % 12]} ${i}`,
  cents: 500 + ((i * 7919) % 20_000),
  stock: (i * 13) % 40,
  tags: [words[(i * 5) % 12], words[(i * 11) % 12]],
}));
