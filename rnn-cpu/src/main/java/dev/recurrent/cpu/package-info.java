/** The backend {@code cpu}: pure Java over the Vector API. */
@NullMarked
package dev.recurrent.cpu;

import org.jspecify.annotations.NullMarked;
