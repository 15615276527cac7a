package dev.recurrent.cuda.driver;

import dev.recurrent.spi.Precision;

/**
 * What a backend is made of.
 *
 * @param name the name of the backend
 * @param precision the numbers in which it multiplies, which {@code blas} follows
 */
public record DeviceParts(
    String name, Precision precision, Driver driver, Blas blas, KernelCompiler compiler) {}
