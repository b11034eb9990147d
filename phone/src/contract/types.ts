// The API's own types by short names, out of the schema that `npm run types` generates. Types only: nothing here runs.
import type { components } from './schema';

export type Schemas = components['schemas'];
export type Me = Schemas['MeOut'];
export type Member = Schemas['MemberOut'];
export type Supported = Schemas['SupportedOut'];
export type ReachOut = Schemas['ReachOutOut'];
export type Recipient = Schemas['RecipientOut'];
export type CheckIn = Schemas['CheckInOut'];
export type Message = Schemas['MessageOut'];
export type Plan = Schemas['PlanOut'];
export type Thread = Schemas['ThreadOut'];
export type ThreadItem = Schemas['ThreadItemOut'];
export type Practice = Schemas['PracticeOut'];
export type PracticeMember = Schemas['PracticeMemberOut'];
export type PersonOut = Schemas['PersonOut'];
export type Notice = Schemas['NoticeOut'];
export type Country = Schemas['Country'];
export type Config = Schemas['ConfigOut'];
export type Problem = Schemas['Problem'];
export type ProfileChange = Schemas['ProfileChange'];
