/** Blocks of cells as spreadsheets put them on the clipboard: tabs between, a line per row. */

/**
 * @param {string[][]} block
 * @returns {string}
 */
export function toTsv(block) {
    return block.map((row) => row.join("\t")).join("\r\n");
}

/**
 * @param {string} text
 * @returns {string[][]} rows of equal length
 */
export function fromTsv(text) {
    const lines = text.replace(/\r\n?/g, "\n").replace(/\n+$/, "").split("\n");
    const block = lines.map((line) => line.split("\t").map(unquote));
    const width = Math.max(...block.map((row) => row.length));
    return block.map((row) => [...row, ...Array(width - row.length).fill("")]);
}

// A spreadsheet quotes what contains a quote or a separator.
function unquote(text) {
    return /^".*"$/.test(text) ? text.slice(1, -1).replaceAll('""', '"') : text;
}
