/** Binds cuBLAS and NVRTC of CUDA 12 and 13 through {@code java.lang.foreign}, without JCuda. */
@NullMarked
package dev.recurrent.cuda.foreign;

import org.jspecify.annotations.NullMarked;
