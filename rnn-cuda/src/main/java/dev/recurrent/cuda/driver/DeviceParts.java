package dev.recurrent.cuda.driver;

/**
 * What a backend is made of.
 *
 * @param name the name of the backend
 */
public record DeviceParts(String name, Driver driver, Blas blas, KernelCompiler compiler) {}
