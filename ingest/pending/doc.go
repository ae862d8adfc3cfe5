// Package pending holds submissions back: until a second person has approved
// them, until their moment has come, or both. Then it releases their figures
// into FIGURES, all or nothing.
//
// What waits is in the stream PENDING and nowhere else. A submission has the
// subjects
//
//	pending.<agency>.<id>.figures.<n>   its figures, in parts
//	pending.<agency>.<id>.submitted     who sent it and what it waits for
//	pending.<agency>.<id>.approved      who approved it
//	pending.<agency>.<id>.returned      who returned it, and why
//	pending.<agency>.<id>.withdrawn     who withdrew it
//	pending.<agency>.<id>.releasing     a releaser has begun to release it
//	pending.<agency>.<id>.released      where its figures are in FIGURES
//
// NATS stores only one message on each of them, so nobody can change what was
// approved, and each but the parts is stored only if nothing happened to the
// submission since its writer looked (Nats-Expected-Last-Subject-Sequence over
// all subjects of the submission), so two people cannot both decide. Because
// each step has a subject of its own, NATS permissions can say who may take it.
package pending
