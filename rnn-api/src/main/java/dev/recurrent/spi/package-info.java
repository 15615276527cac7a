/**
 * The contract between the library and its backends.
 *
 * <p>Read {@link dev.recurrent.spi.BackendProvider} first (how a backend is found), then {@link
 * dev.recurrent.spi.Backend} (what it offers: memory, primitives, compilation of cells) and {@link
 * dev.recurrent.spi.RecurrentKernel} (a compiled cell over a sequence). A backend that implements
 * {@link dev.recurrent.spi.Memory} and {@link dev.recurrent.spi.TensorOps} is complete: cells then
 * run through {@link dev.recurrent.spi.ComposedRecurrentKernel} until it has a faster way.
 */
@NullMarked
package dev.recurrent.spi;

import org.jspecify.annotations.NullMarked;
