package dev.recurrent.layer;

import dev.recurrent.tape.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Holds what a decoder computed for whole target sequences.
 *
 * <p>Belongs to the pass of a tape, and so to its thread.
 *
 * @param output the outputs of all steps, {@code [N, outputSize]}, packed
 * @param weights the attention of all steps, or null without one
 */
public record DecoderResult(Tensor output, @Nullable AttentionWeights weights) {}
