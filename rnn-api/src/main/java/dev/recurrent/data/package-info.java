/**
 * Reads data sets and turns them into numbers: files of the usual formats, tokens, vocabularies,
 * and splits into training and test data.
 *
 * <p>Read first: {@link dev.recurrent.data.Table} (CSV and TSV; the other readers are like it),
 * {@link dev.recurrent.data.Vocabulary} (numbers tokens) and {@link dev.recurrent.data.Rows} (what
 * happens to a malformed row).
 *
 * <p>All readers of text agree: bytes are strict UTF-8, a byte order mark at the start is dropped,
 * lines end at LF only and lose one CR before it, and a file compressed by gzip is read as its
 * content, whatever its name. What is wrong is reported as a {@link
 * dev.recurrent.data.DataException} that names file, line and column.
 */
@NullMarked
package dev.recurrent.data;

import org.jspecify.annotations.NullMarked;
