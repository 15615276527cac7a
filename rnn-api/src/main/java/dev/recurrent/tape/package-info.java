/**
 * Tensors and the tape that differentiates through them, at the grain of whole sequences.
 *
 * <p>Read {@link dev.recurrent.tape.Sequences} first (a batch of sequences of any lengths, in the
 * caller's order), then {@link dev.recurrent.tape.Tensor} (values on the device) and {@link
 * dev.recurrent.tape.Tape} (makes tensors, records what is computed, goes back through it).
 */
@NullMarked
package dev.recurrent.tape;

import org.jspecify.annotations.NullMarked;
