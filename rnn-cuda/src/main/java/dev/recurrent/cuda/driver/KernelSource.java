package dev.recurrent.cuda.driver;

/**
 * The source of some kernels, in the language that {@code device.cu} and {@code emulation.h} both
 * define: CUDA C++ without includes, with macros for whatever belongs to a device. A compiler puts
 * its definitions of those in front.
 *
 * @param name for error messages; not part of what is compiled
 */
public record KernelSource(String name, String text) {}
