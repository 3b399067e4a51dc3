// How many each one gets of what is shared by weights.

// Largest remainder, exactly as rules/attribution.py does it: whole parts, then one each to the largest remainders.
export function split(total: number, weights: number[]): number[] {
  const digits = Math.max(
    0,
    ...weights.map((w) => (String(w).includes("e") ? 20 : (String(w).split(".")[1] ?? "").length)),
  );
  const whole = weights.map((w) => BigInt(w.toFixed(digits).replace(".", ""))),
    sum = whole.reduce((a, b) => a + b, 0n);
  if (!sum) return weights.map(() => 0);
  const shares = whole.map((w) => BigInt(total) * w),
    parts = shares.map((x) => Number(x / sum));
  const order = shares
    .map((x, i): [bigint, number] => [x % sum, i])
    .sort((a, b) => (a[0] === b[0] ? a[1] - b[1] : a[0] > b[0] ? -1 : 1));
  const left = total - parts.reduce((a, b) => a + b, 0),
    more = new Set(order.slice(0, left).map(([, i]) => i));
  return parts.map((n, i) => n + (more.has(i) ? 1 : 0));
}
