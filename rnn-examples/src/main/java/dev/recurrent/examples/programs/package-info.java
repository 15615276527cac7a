/**
 * Programs of one file each that use the library as an application does: only {@code rnn-api}, from
 * top to bottom.
 */
@NullMarked
package dev.recurrent.examples.programs;

import org.jspecify.annotations.NullMarked;
