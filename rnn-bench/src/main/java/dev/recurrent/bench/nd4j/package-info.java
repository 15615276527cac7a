/**
 * ND4J as the backend {@code nd4j}: its memory and its operations behind the SPI, so that the
 * composed kernels run on it. It is taken by name only, to be measured against, and as a second
 * implementation of the contract that shares no code with the others.
 *
 * <p>Read first: {@link dev.recurrent.bench.nd4j.Nd4jProvider}, then {@code Nd4jStorage} and {@code
 * Nd4jTensorOps}.
 */
@NullMarked
package dev.recurrent.bench.nd4j;

import org.jspecify.annotations.NullMarked;
