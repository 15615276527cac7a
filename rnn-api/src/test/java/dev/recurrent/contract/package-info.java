/**
 * The suite that every backend passes: a backend's test extends {@link
 * dev.recurrent.contract.BackendContractTest} and says how to open it. What a kernel computes is
 * compared with the reference backend on {@link dev.recurrent.contract.CellProblem}s, for the cells
 * of the catalogue and for {@link dev.recurrent.contract.RandomCells}.
 */
package dev.recurrent.contract;
