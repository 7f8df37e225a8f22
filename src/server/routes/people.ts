import type { FastifyPluginAsync } from 'fastify';
import { endpoints } from '../../shared/api/endpoints.ts';
import {
  auditQuerySchema,
  auditResponseSchema,
  classChangeSchema,
  classesResponseSchema,
  classResponseSchema,
  classSchema,
  newClassSchema,
  newPersonSchema,
  peopleQuerySchema,
  peopleResponseSchema,
  personChangeSchema,
  personSchema,
} from '../../shared/api/school.ts';
import { requireAdmin } from '../services/course-access.ts';
import { body, caller, parse, type Services } from './services.ts';

interface PersonParams {
  Params: { personId: string };
}
interface ClassParams {
  Params: { classId: string };
}

/** Who is at the school, in which classes, and who did what. For admins. */
export const peopleRoutes: FastifyPluginAsync<Services> = async (app, { sessions, people, classes, audit }) => {
  app.addHook('onRequest', async (_, reply) => void reply.header('cache-control', 'no-store'));

  app.get(endpoints.people(), async (request, reply) => {
    const who = await caller(sessions, request);
    requireAdmin(who);
    const { after, email } = parse(peopleQuerySchema, request.query);
    if (email !== undefined) return reply.wire(peopleResponseSchema, { people: [await people.find(who, { email })], more: false });
    return reply.wire(peopleResponseSchema, await people.list(who, after));
  });
  app.post(endpoints.people(), async (request, reply) => {
    const who = await caller(sessions, request);
    requireAdmin(who);
    return reply.code(201).wire(personSchema, await people.create(who, body(newPersonSchema, request)));
  });
  app.get<PersonParams>(endpoints.person(':personId'), async (request, reply) => reply.wire(personSchema, await people.find(await caller(sessions, request), { id: request.params.personId })));
  app.patch<PersonParams>(endpoints.person(':personId'), async (request, reply) => {
    const who = await caller(sessions, request);
    requireAdmin(who);
    return reply.wire(personSchema, await people.change(who, request.params.personId, body(personChangeSchema, request)));
  });

  app.get(endpoints.classes(), async (request, reply) => reply.wire(classesResponseSchema, { classes: await classes.list(await caller(sessions, request)) }));
  app.post(endpoints.classes(), async (request, reply) => {
    const who = await caller(sessions, request);
    requireAdmin(who);
    return reply.code(201).wire(classSchema, await classes.create(who, body(newClassSchema, request)));
  });
  app.get<ClassParams>(endpoints.class(':classId'), async (request, reply) => reply.wire(classResponseSchema, await classes.get(await caller(sessions, request), request.params.classId)));
  app.patch<ClassParams>(endpoints.class(':classId'), async (request, reply) => {
    const who = await caller(sessions, request);
    requireAdmin(who);
    return reply.wire(classSchema, await classes.rename(who, request.params.classId, body(classChangeSchema, request).name));
  });
  app.delete<ClassParams>(endpoints.class(':classId'), async (request, reply) => {
    await classes.remove(await caller(sessions, request), request.params.classId);
    return reply.code(204).send();
  });
  for (const [method, isSet] of [['PUT', true], ['DELETE', false]] as const) {
    app.route<{ Params: { classId: string; personId: string } }>({
      ...{ method, url: endpoints.classMember(':classId', ':personId') },
      handler: async (request, reply) => {
        await classes.setMember(await caller(sessions, request), request.params.classId, request.params.personId, isSet);
        return reply.code(204).send();
      },
    });
    app.route<{ Params: { classId: string; courseId: string } }>({
      ...{ method, url: endpoints.classCourse(':classId', ':courseId') },
      handler: async (request, reply) => {
        await classes.setCourse(await caller(sessions, request), request.params.classId, request.params.courseId, isSet);
        return reply.code(204).send();
      },
    });
  }

  app.get(endpoints.audit(), async (request, reply) => {
    requireAdmin(await caller(sessions, request));
    const { before } = parse(auditQuerySchema, request.query);
    return reply.wire(auditResponseSchema, { entries: await audit(before) });
  });
};
