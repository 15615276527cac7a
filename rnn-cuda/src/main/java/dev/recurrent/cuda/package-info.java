/** The backend {@code cuda}: kernels compiled by NVRTC, products by cuBLAS. */
@NullMarked
package dev.recurrent.cuda;

import org.jspecify.annotations.NullMarked;
