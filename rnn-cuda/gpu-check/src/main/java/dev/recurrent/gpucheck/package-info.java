/**
 * Checks a backend on a machine with a GPU, from one self-contained file.
 *
 * <p>Read {@link dev.recurrent.gpucheck.GpuCheck} first (the program), then {@link
 * dev.recurrent.gpucheck.Part} (what it runs, each in a process of its own) and {@link
 * dev.recurrent.gpucheck.Report}.
 */
@NullMarked
package dev.recurrent.gpucheck;

import org.jspecify.annotations.NullMarked;
