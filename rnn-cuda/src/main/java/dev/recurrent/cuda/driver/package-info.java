/**
 * The seams between the backend and CUDA: {@link dev.recurrent.cuda.driver.Driver} for memory and
 * launches, {@link dev.recurrent.cuda.driver.Blas} for products, {@link
 * dev.recurrent.cuda.driver.KernelCompiler} for kernels. Each has an implementation for a GPU and
 * one that emulates it on the CPU. All of them are used by the one thread of their device.
 */
@NullMarked
package dev.recurrent.cuda.driver;

import org.jspecify.annotations.NullMarked;
