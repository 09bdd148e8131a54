/**
 * A V8 CPU profile as figures and as a flame graph in SVG: functions from caller (below) to callee (above), as wide as the
 * time spent in them. Pure: text in, text out. Must never be here: files, processes.
 */

/** Names of samples in which no JavaScript ran. */
const OUTSIDE = new Set(['(idle)', '(root)']);
/** What runs once, when the program is loaded: deep, and of no interest. */
const LOADING = /^node:internal\/(main|bootstrap)\//;

/** Time spent in each node itself, microseconds. */
function selfTimes({ samples, timeDeltas }) {
  const times = new Map();
  samples.forEach((id, i) => times.set(id, (times.get(id) ?? 0) + Math.max(0, timeDeltas[i] ?? 0)));
  return times;
}

/** `file:line`, without the folders of this machine. */
function placeOf({ url, lineNumber }) {
  if (url === '') return '';
  const path = url.replace(/^file:\/\//, '').replace(/^.*\/(node_modules|dist)\//, '');
  return `${path}:${lineNumber + 1}`;
}
const nameOf = ({ functionName }) => functionName || '(anonymous)';

/** @returns the `count` functions with most time in themselves: share of all busy time, name, place */
export function heaviest(profile, count) {
  const times = selfTimes(profile);
  const byFunction = new Map();
  let busy = 0;
  for (const { id, callFrame } of profile.nodes) {
    if (OUTSIDE.has(callFrame.functionName)) continue;
    const time = times.get(id) ?? 0;
    busy += time;
    const key = `${nameOf(callFrame)} ${placeOf(callFrame)}`;
    const entry = byFunction.get(key) ?? { name: nameOf(callFrame), place: placeOf(callFrame), time: 0 };
    entry.time += time;
    byFunction.set(key, entry);
  }
  return [...byFunction.values()]
    .sort((a, b) => b.time - a.time)
    .slice(0, count)
    .map(({ name, place, time }) => ({ share: busy === 0 ? 0 : time / busy, name, place }));
}

/** The profile's tree with whole times; equal callees of one caller are one. */
function treeOf(profile) {
  const times = selfTimes(profile);
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const merged = (callFrame, list) => {
    const children = new Map();
    let time = 0;
    for (const node of list) {
      if (!OUTSIDE.has(callFrame.functionName)) time += times.get(node.id) ?? 0;
      for (const id of node.children ?? []) {
        const child = nodes.get(id);
        const key = `${nameOf(child.callFrame)} ${placeOf(child.callFrame)}`;
        children.set(key, [...(children.get(key) ?? []), child]);
      }
    }
    const frames = [...children.values()]
      .map((same) => merged(same[0].callFrame, same))
      .filter(({ name, place }) => !OUTSIDE.has(name) && !LOADING.test(place))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const child of frames) time += child.time;
    return { name: nameOf(callFrame), place: placeOf(callFrame), time, children: frames };
  };
  return merged(profile.nodes[0].callFrame, [profile.nodes[0]]);
}

const WIDTH = 1200;
const ROW = 17;
const LETTER = 6.4;
const TOP = 44;
/** A frame narrower than this is not drawn. */
const LEAST = 0.8;

/** Colours by who wrote what runs: Parley, a package, Node.js itself, the engine. */
const KINDS = [
  { name: 'Parley', colour: '#f4b36b', is: (place) => /^(machines|transport|storage|bin|diagrams)\//.test(place) },
  { name: 'packages', colour: '#9ec7a0', is: (place) => place !== '' && !place.startsWith('node:') },
  { name: 'Node.js', colour: '#a9c3e6', is: (place) => place.startsWith('node:') },
  { name: 'engine', colour: '#d5d0cb', is: () => true },
];
const escaped = (text) =>
  text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]);

/** @returns the flame graph as a whole SVG document; a frame's full name and share stand in its tool tip */
export function flameGraph(profile, title) {
  const root = treeOf(profile);
  const boxes = [];
  let depth = 0;
  const place = (node, x, level) => {
    const width = (node.time / root.time) * WIDTH;
    if (width < LEAST) return;
    depth = Math.max(depth, level);
    boxes.push({ node, x, width, level });
    let at = x;
    for (const child of node.children) {
      place(child, at, level + 1);
      at += (child.time / root.time) * WIDTH;
    }
  };
  place({ ...root, name: 'all' }, 0, 0);
  const height = TOP + (depth + 1) * ROW + 8;
  const drawn = boxes.map(({ node, x, width, level }) => {
    const y = height - 8 - (level + 1) * ROW;
    const letters = Math.floor((width - 6) / LETTER);
    const label =
      letters < 3 ? '' : node.name.length <= letters ? node.name : `${node.name.slice(0, letters - 1)}\u2026`;
    const share = ((100 * node.time) / root.time).toFixed(1);
    const { colour } = KINDS.find(({ is }) => is(node.place));
    return (
      `<g><title>${escaped(`${node.name} ${node.place}`.trim())}: ${share} %</title>` +
      `<rect x="${x.toFixed(1)}" y="${y}" width="${Math.max(0.3, width - 0.5).toFixed(1)}" height="${ROW - 1}" rx="1" fill="${colour}"/>` +
      `${label === '' ? '' : `<text x="${(x + 3).toFixed(1)}" y="${y + 12}">${escaped(label)}</text>`}</g>`
    );
  });
  const legend = KINDS.map(
    ({ name, colour }, i) =>
      `<rect x="${WIDTH - 390 + 100 * i}" y="12" width="12" height="12" fill="${colour}"/><text x="${WIDTH - 373 + 100 * i}" y="22">${name}</text>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="Arimo, Helvetica, Arial, sans-serif" font-size="11">`,
    `<rect width="100%" height="100%" fill="#ffffff"/>`,
    `<text x="8" y="24" font-size="15" font-weight="bold">${escaped(title)}</text>`,
    ...legend,
    ...drawn,
    '</svg>',
    '',
  ].join('\n');
}
