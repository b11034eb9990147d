// What axe finds, shortened to what one needs to mend it.
async () => {
  const { violations } = await axe.run(document, { resultTypes: ['violations'] });
  return violations.map(({ id, help, nodes }) => ({ id, help, where: nodes.slice(0, 4).map((node) => `${node.html.slice(0, 160)} ${node.any.concat(node.all)[0]?.message ?? ''}`) }));
}
