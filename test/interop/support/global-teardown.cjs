module.exports = async () => globalThis.stopHBase?.();
