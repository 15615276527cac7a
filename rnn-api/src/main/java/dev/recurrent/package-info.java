/** Recurrent neural networks for the JVM: cells as equations, layers, training, the backend SPI. */
@NullMarked
package dev.recurrent;

import org.jspecify.annotations.NullMarked;
