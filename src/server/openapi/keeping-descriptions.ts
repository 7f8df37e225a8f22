import * as school from '../../shared/api/school.ts';
import { area } from './route-description.ts';

/** Routes of those who keep people and courses. */
export const keepingDescriptions = [
  ...area('People and classes', [
    ['GET /api/school/people', 'admin', 'People by id, a hundred at a time, or one by e-mail', { query: school.peopleQuerySchema, answers: { 200: school.peopleResponseSchema } }],
    ['POST /api/school/people', 'admin', 'A new person', { body: school.newPersonSchema, answers: { 201: school.personSchema } }],
    ['GET /api/school/people/:personId', 'admin', 'A person', { answers: { 200: school.personSchema } }],
    ['PATCH /api/school/people/:personId', 'admin', 'Change, disable, set a password', { body: school.personChangeSchema, answers: { 200: school.personSchema } }],
    ['GET /api/school/classes', 'admin', 'Classes', { answers: { 200: school.classesResponseSchema } }],
    ['POST /api/school/classes', 'admin', 'A new class', { body: school.newClassSchema, answers: { 201: school.classSchema } }],
    ['GET /api/school/classes/:classId', 'admin', 'A class, its people and courses', { answers: { 200: school.classResponseSchema } }],
    ['PATCH /api/school/classes/:classId', 'admin', 'Rename it', { body: school.classChangeSchema, answers: { 200: school.classSchema } }],
    ['DELETE /api/school/classes/:classId', 'admin', 'Dissolve it, and what its people had only by it', { answers: { 204: null } }],
    ['PUT /api/school/classes/:classId/people/:personId', 'admin', 'Someone joins', { answers: { 204: null } }],
    ['DELETE /api/school/classes/:classId/people/:personId', 'admin', 'Someone leaves', { answers: { 204: null } }],
    ['PUT /api/school/classes/:classId/courses/:courseId', 'admin', 'All of it take a course', { answers: { 204: null } }],
    ['DELETE /api/school/classes/:classId/courses/:courseId', 'admin', 'And leave it', { answers: { 204: null } }],
    ['GET /api/school/audit', 'admin', 'Who did what, the latest first', { query: school.auditQuerySchema, answers: { 200: school.auditResponseSchema } }],
  ]),
  ...area('Keeping courses', [
    ['GET /api/school/courses', 'person', 'Courses one teaches; all of them for an admin', { answers: { 200: school.managedCoursesResponseSchema } }],
    ['POST /api/school/courses', 'teacher', 'A new course', { body: school.newCourseSchema, answers: { 201: school.managedCourseSchema } }],
    ['PUT /api/school/course-order', 'admin', 'The order of all courses', { body: school.orderSchema, answers: { 204: null } }],
    ['GET /api/school/courses/:courseId', 'teaches', 'A course, its lessons, hidden ones too', { answers: { 200: school.managedCourseResponseSchema } }],
    ['PATCH /api/school/courses/:courseId', 'teaches', 'Change it', { body: school.courseEditSchema, answers: { 200: school.managedCourseSchema } }],
    ['DELETE /api/school/courses/:courseId', 'teaches', 'Remove it, its lessons and media', { answers: { 204: null } }],
    ['PUT /api/school/courses/:courseId/lesson-order', 'teaches', 'The order of all its lessons', { body: school.orderSchema, answers: { 204: null } }],
    ['GET /api/school/courses/:courseId/enrolments', 'teaches', 'Who is in it', { answers: { 200: school.enrolmentsResponseSchema } }],
    ['POST /api/school/courses/:courseId/enrolments', 'teaches', 'Enrol someone', { body: school.newEnrolmentSchema, answers: { 200: school.enrolmentSchema } }],
    ['POST /api/school/courses/:courseId/enrolment-list', 'teaches', 'Enrol a list: CSV with email, name, password; all of it or nothing', { body: 'text/csv', answers: { 200: school.enrolmentReportSchema } }],
    ['DELETE /api/school/courses/:courseId/enrolments/:personId', 'teaches', 'End an enrolment, at once', { answers: { 204: null } }],
    ['PATCH /api/school/lessons/:lessonId', 'teaches', 'Change, show or hide a lesson', { body: school.lessonEditSchema, answers: { 200: school.managedLessonSchema } }],
    ['DELETE /api/school/lessons/:lessonId', 'teaches', 'Remove it and its media', { answers: { 204: null } }],
    ['POST /api/school/lessons/:lessonId/attachments', 'teaches', 'Attach an uploaded PDF, slides or picture', { body: school.newAttachmentSchema, answers: { 204: null } }],
    ['DELETE /api/school/lessons/:lessonId/attachments/:name', 'teaches', 'Take one away', { answers: { 204: null } }],
  ]),
];
