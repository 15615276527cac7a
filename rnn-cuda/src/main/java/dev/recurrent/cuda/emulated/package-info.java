/**
 * Emulates a CUDA device on the CPU, to check the logic of all kernels on a machine without a GPU:
 * the same sources, compiled by g++. Not fast, and not meant to be.
 */
@NullMarked
package dev.recurrent.cuda.emulated;

import org.jspecify.annotations.NullMarked;
