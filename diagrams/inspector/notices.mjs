/** The licences of the packages in a bundle, whose comments the minifier takes out: they travel with every copy of the page. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** `node_modules/@a/b/c.js` and `node_modules/x/node_modules/@a/b/c.js`: the folder of the package. */
const PACKAGE = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//;

/** @param metafile of esbuild @param root the folder that its paths are meant from @returns text for an HTML comment @throws Error without a licence */
export async function noticesOf(metafile, root) {
  const folders = new Set(Object.keys(metafile.inputs).flatMap((file) => PACKAGE.exec(file)?.[1] ?? []));
  const packages = await Promise.all([...folders].sort().map((folder) => packageIn(join(root, folder))));
  const notices = packages.map(({ name, version, license, repository, text }) => {
    // Packages of one repository share its licence; not each has the file.
    const own = text ?? packages.find((other) => other.repository === repository && other.text)?.text;
    if (!license || !own) throw new Error(`${name} has no licence: the page may not hold it`);
    return `${name} ${version}, ${license}, ${repository}\n\n${own.trim()}\n`;
  });
  // A comment ends at two hyphens and a bracket.
  return ['This page holds these packages:\n', ...notices].join('\n').replaceAll('--', '- -');
}

async function packageIn(folder) {
  const { name, version, license, repository } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const file = (await readdir(folder)).find((one) => /^licen[cs]e(\.(md|txt))?$/i.test(one));
  const text = file === undefined ? undefined : await readFile(join(folder, file), 'utf8');
  const url = typeof repository === 'string' ? repository : (repository?.url ?? name);
  return { name, version, license, repository: url.replace(/^.*?:\/\/(git@)?|\.git$/g, ''), text };
}
