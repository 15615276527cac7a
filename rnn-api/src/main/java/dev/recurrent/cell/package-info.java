/**
 * Cells as equations: their definition, their compiled form and their derivative.
 *
 * <p>Read {@link dev.recurrent.cell.CellDefinition} first (a cell is a few lines of equations),
 * then {@link dev.recurrent.cell.CellProgram} (what the equations become) and {@link
 * dev.recurrent.cell.Derivative} (how the backward pass is derived from it). The catalogue of
 * built-in cells is {@link dev.recurrent.cell.Cells}.
 */
@NullMarked
package dev.recurrent.cell;

import org.jspecify.annotations.NullMarked;
