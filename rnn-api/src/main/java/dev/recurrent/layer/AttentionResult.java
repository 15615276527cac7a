package dev.recurrent.layer;

import dev.recurrent.tape.Tensor;

/**
 * Holds what an attention computed.
 *
 * <p>Belongs to the pass of a tape, and so to its thread.
 *
 * @param contexts the weighted mean of the values for each query, {@code [R, V]}, packed as the
 *     queries are; zeros where the source sequence is of length 0
 * @param weights the weights, for looking at
 */
public record AttentionResult(Tensor contexts, AttentionWeights weights) {}
