/**
 * Reads and writes the files of this project: tensors in the safetensors format, and any file that
 * must never be seen half-written.
 *
 * <p>Read first: {@link dev.recurrent.io.SafeTensors} (a file of named tensors, read and written),
 * {@link dev.recurrent.io.TensorData} (what is written under a name) and {@link
 * dev.recurrent.io.AtomicFiles} (replaces a file in one step, or not at all).
 *
 * <p>A file is not trusted: whatever its bytes are, reading it gives its tensors or a {@link
 * dev.recurrent.io.SafeTensorsException} that names the fault.
 */
@NullMarked
package dev.recurrent.io;

import org.jspecify.annotations.NullMarked;
