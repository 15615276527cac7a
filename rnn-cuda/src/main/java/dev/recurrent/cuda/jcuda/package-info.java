/** Talks to a GPU through JCuda; the only package that imports it. */
@NullMarked
package dev.recurrent.cuda.jcuda;

import org.jspecify.annotations.NullMarked;
